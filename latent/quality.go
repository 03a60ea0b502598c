package latent

// Quality compares new faces with real ones by euclidean distances between
// descriptions of pictures (see package judge). A face's neighbourhood is the ball
// that reaches to its k-th nearest face of its own kind.
//
// Precision and recall are those of Kynkaanniemi et al. 2019, density and coverage
// those of Naeem et al. 2020. Two sets of real faces score between about k/(k+1)
// and 1, so every number belongs beside that of a set of real faces.
type Quality struct {
	New       int     `json:"new"`
	Real      int     `json:"real"`
	Precision float64 `json:"precision"` // share of new faces in the neighbourhood of a real face
	Recall    float64 `json:"recall"`    // share of real faces in the neighbourhood of a new face
	Density   float64 `json:"density"`   // real neighbourhoods that hold a new face, divided by k; 1 for real faces
	Coverage  float64 `json:"coverage"`  // share of real faces with a new one in their neighbourhood
	// ToTraining is the median distance of a new face to the nearest training face,
	// RealToTraining that of a held-out real face.
	ToTraining     float64 `json:"to_training"`
	RealToTraining float64 `json:"real_to_training"`
	// Copies is the share of new faces that lie nearer to a training face than all but
	// 1 % of the held-out real faces do: .01 where nothing is copied.
	Copies float64 `json:"copies"`
}

// SampleQuality is the Quality of one kind of faces.
type SampleQuality struct {
	Name string `json:"name"`
	Quality
}
