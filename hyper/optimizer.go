package hyper

// Optimizer names the rule by which weights follow the gradient.
type Optimizer string

const (
	Adamax Optimizer = "adamax" // nn.DefaultAdamax: each weight separately
	Muon   Optimizer = "muon"   // nn.DefaultMuon: orthogonalised updates for weight matrices, Adamax for the rest
)

// Optimizers returns all there are.
func Optimizers() []Optimizer { return []Optimizer{Adamax, Muon} }
