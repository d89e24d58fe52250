"""What the server shows before the model is loaded and its kernels are compiled."""
