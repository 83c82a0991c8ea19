from django import forms

from stark_testproject.warehouse.models import Product


class ProductForm(forms.ModelForm):
    class Meta:
        model = Product
        fields = (
            "sku",
            "name",
            "state",
            "category",
            "supplier",
            "tags",
            "price",
            "cost",
            "stock",
            "is_fragile",
            "received_at",
            "notes",
        )
        widgets = {"state": forms.RadioSelect, "tags": forms.CheckboxSelectMultiple}
        help_texts = {"sku": "As printed on the box."}

    def clean_price(self):
        price = self.cleaned_data["price"]
        if price < 0:
            raise forms.ValidationError("A price is never below 0.")
        return price


class RepriceForm(forms.Form):
    percent = forms.IntegerField(min_value=-50, max_value=50)
