"""Recipes in words: their inputs, the form, and past ones that come back."""
