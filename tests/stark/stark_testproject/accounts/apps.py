from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "stark_testproject.accounts"
    label = "stark_accounts"
