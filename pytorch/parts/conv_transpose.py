class ConvTranspose2d(nn.ConvTranspose2d):
    """The transpose of such a convolution: n rows become n * stride. (PyTorch's padding=1 with output_padding=1 would give
    a picture of the same size that is shifted by a pixel.)"""

    def forward(self, x):
        k, s = self.kernel_size[0], self.stride[0]
        y = F.conv_transpose2d(x, self.weight, self.bias, s, output_padding=max(s - k, 0))
        first = max(k - s, 0) // 2
        return y[:, :, first:first + x.shape[2] * s, first:first + x.shape[3] * s]
