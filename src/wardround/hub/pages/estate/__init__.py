"""The pages of an organisation's estate."""
