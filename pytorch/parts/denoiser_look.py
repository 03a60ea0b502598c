
    def look(self, x):
        return self.encoder(x)
