package atomicfile

// syncFolder does nothing: Windows has no way to sync a folder, and NTFS logs
// the rename.
func syncFolder(string) error { return nil }
