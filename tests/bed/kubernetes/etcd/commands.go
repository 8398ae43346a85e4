//go:build tools

// Package etcd names the command that the test bed builds, so that go.mod and go.sum pin all it needs.
package etcd

import _ "go.etcd.io/etcd/server/v3"
