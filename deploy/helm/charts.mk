.PHONY: charts
charts: ## Lint, render and validate the Helm charts
	@deploy/helm/check
