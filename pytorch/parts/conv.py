class Conv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's 'same': of an odd number of rows the larger half comes last."""

    def forward(self, x):
        pads = []
        for n, k, s in zip((x.shape[3], x.shape[2]), self.kernel_size, self.stride):
            total = max((-(-n // s) - 1) * s + k - n, 0)
            pads += [total // 2, total - total // 2]
        return F.conv2d(F.pad(x, pads), self.weight, self.bias, self.stride)
