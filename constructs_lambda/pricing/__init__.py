"""What an app costs a month: the prices, the usage, and the estimate. It reads the model and nothing else."""
