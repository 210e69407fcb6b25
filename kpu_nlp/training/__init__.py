"""Fine-tuning, evaluation and export of the token classifier. Needs the extra ``[train]``."""
