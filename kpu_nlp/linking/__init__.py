"""The linking rules: who holds which role, who says what, where and when, and which directives."""
