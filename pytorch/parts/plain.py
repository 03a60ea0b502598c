
    def encode(self, x):
        """The codes of pictures (N, 3, H, W)."""
        return self.encoder(x)

    def decode(self, code):
        """The pictures of codes."""
        return self.decoder(code)

    def forward(self, x):
        return self.decode(self.encode(x))
