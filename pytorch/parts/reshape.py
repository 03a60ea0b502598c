class Reshape(nn.Module):
    """The same values in another shape, (n) or (h, w, c): row by row, channels last, as in Keras."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        if x.dim() == 4:
            x = x.permute(0, 2, 3, 1)
        x = x.reshape(len(x), *self.shape)
        return x.permute(0, 3, 1, 2) if x.dim() == 4 else x
