package search

// Waiting returns how many queries wait for others.
func (t *Together) Waiting() int {
	t.lock.Lock()
	defer t.lock.Unlock()
	return len(t.waiting)
}
