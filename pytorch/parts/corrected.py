
    def encode(self, x):
        """The codes of pictures (N, 3, H, W): the encoder's answers, which then go on by the gradient of the decoder's
        error. A step that does not lower a picture's error is undone and is its last. No gradient leads through this; to
        train, use encoder and decoder."""
        tried = best = self.encoder(x).detach()
        least = moving = None
        for step in range(STEPS + 1):
            with torch.enable_grad():
                tried = tried.detach().requires_grad_()
                painted = self.decoder(tried)
                difference = (painted - x).detach()
                slope = torch.autograd.grad(painted, tried, difference)[0]
            tried = tried.detach()
            error = difference.double().pow(2).flatten(1).sum(1)
            lower = torch.ones_like(error, dtype=torch.bool) if least is None else moving & (error < least)
            best = torch.where(lower[:, None], tried, best)
            least, moving = error, lower
            tried = best - SHARE * slope @ self.correction.T
        return best

    def decode(self, code):
        """The pictures of codes."""
        return self.decoder(code)

    def forward(self, x):
        return self.decode(self.encode(x))
