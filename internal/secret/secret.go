// Package secret keeps what must not be seen: values in memory (Text), secrets at rest (Keyring), what seals the keyset of
// those in turn (Wrapper), the key files of a server (Folder), their backup (Folder.Export and Import), private keys that sign (Signers) and passwords (Passwords).
//
// What it guarantees:
//   - A Text does not print, log or marshal.
//   - A key file that other users of the machine may read is refused, not used. A key file is never overwritten by a new key.
//   - What is sealed opens only with the same keyring, for the same purpose and the same object, and unchanged.
//   - A keyset that is sealed to a passphrase or a token is of no use without it.
//   - A backup is of use only with its passphrase, whose guessing costs 64 MiB of memory a try.
//   - Passwords are stored as argon2id; checking one takes as long whether the account exists or not.
//
// What it does not: who reads the memory of the process or its key folder as the same user has the secrets.
package secret
