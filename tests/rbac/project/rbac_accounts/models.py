from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class AccountManager(BaseUserManager):
    def create_user(self, email, password=None, **extra):
        account = self.model(email=self.normalize_email(email), **extra)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser, PermissionsMixin):
    """Logs in by e-mail; the key is a text, so that nothing can rely on integers."""

    key = models.CharField(max_length=20, primary_key=True)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    department = models.ForeignKey(
        "rbac_testapp.Department", on_delete=models.SET_NULL, null=True, blank=True
    )

    USERNAME_FIELD = "email"
    objects = AccountManager()
