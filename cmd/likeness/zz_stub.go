package main

import "github.com/spf13/cobra"

func newData(a *app) *cobra.Command          { return &cobra.Command{Use: "data"} }
func newEval(a *app) *cobra.Command          { return &cobra.Command{Use: "eval"} }
func newReconstruct(a *app) *cobra.Command   { return &cobra.Command{Use: "reconstruct"} }
func newDenoise(a *app) *cobra.Command       { return &cobra.Command{Use: "denoise"} }
func newIndex(a *app) *cobra.Command         { return &cobra.Command{Use: "index"} }
func newSearch(a *app) *cobra.Command        { return &cobra.Command{Use: "search"} }
func newMorph(a *app) *cobra.Command         { return &cobra.Command{Use: "morph"} }
func newSummary(a *app) *cobra.Command       { return &cobra.Command{Use: "summary"} }
func newConvTranspose(a *app) *cobra.Command { return &cobra.Command{Use: "convtranspose"} }
func newVersion(a *app) *cobra.Command       { return &cobra.Command{Use: "version"} }
