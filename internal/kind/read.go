package kind

import "github.com/horizon-clm/horizon/internal/store"

// Read reads an object that is only tried out, and checks it, also against the configuration the transaction sees, as if
// it were to be stored. The permission is asked by the caller.
func (k Kind[T]) Read(tx *store.Tx, raw []byte) (v T, err error) {
	read, key, err := k.parse(raw)
	if err != nil {
		return v, err
	}
	s, err := at(tx)
	if err != nil {
		return v, err
	}
	problems, err := k.problems(tx, s, read, s.find(k.Kind, key))
	if err != nil {
		return v, err
	}
	if len(problems) > 0 {
		return v, k.faults.invalid.Each(problems)
	}
	return read.(T), nil
}
