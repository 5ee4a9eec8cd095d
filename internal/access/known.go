package access

import "strings"

// Known are the permissions of one program. A segment in braces, such as {profile}, stands for any word.
type Known []Permission

// Knows reports whether the grant covers at least one of the permissions: a word that is in none of them is a mistake.
func (k Known) Knows(g Grant) bool {
	for _, p := range k {
		if meets(string(g), string(p)) {
			return true
		}
	}
	return false
}

// meets reports whether a grant and a permission with free segments have something in common.
func meets(grant, permission string) bool {
	for {
		g, moreGrant, hasMore := strings.Cut(grant, ":")
		if g == "*" && !hasMore {
			return true
		}
		p, morePermission, wantsMore := strings.Cut(permission, ":")
		if g != "*" && g != p && !strings.HasPrefix(p, "{") {
			return false
		}
		if !hasMore || !wantsMore {
			return hasMore == wantsMore
		}
		grant, permission = moreGrant, morePermission
	}
}
