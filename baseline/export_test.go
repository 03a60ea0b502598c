package baseline

// AsOfLarge treats the pictures as if their covariance were out of reach.
func (f *Forms) AsOfLarge() *Forms {
	f.large = true
	return f
}

// Fits returns how often mean or covariance were computed.
func (f *Forms) Fits() int { return f.fits }
