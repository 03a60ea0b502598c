
    def look(self, x):
        """The mean of the answers for pictures and for their mirror images."""
        return (self.encoder(x) + self.encoder(x.flip(3)).flip(3)) / 2
