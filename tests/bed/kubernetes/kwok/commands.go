//go:build tools

// Package kwok names the command that the test bed builds, so that go.mod and go.sum pin all it needs.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
