# Two-level models on small sets: Rscript tests/oracle/r/two_level.R (from the project's root).
suppressPackageStartupMessages(library(metafor))
source("tests/oracle/r/write_case.R")

sets <- list(
  spread = list(yi = c(0.12, 0.85, -0.30, 0.44, 0.61, 0.05, 1.10), vi = c(0.02, 0.05, 0.03, 0.01, 0.08, 0.015, 0.12)),
  alike = list(yi = c(0.21, 0.24, 0.19, 0.26), vi = c(0.03, 0.02, 0.05, 0.04)),
  pair = list(yi = c(0.1, 0.9), vi = c(0.04, 0.09))
)
tight <- "control=list(threshold=1e-12, maxiter=10000)"
fit <- function(name, method, test) case(
  paste("uni", method, test, name, sep = "-"),
  paste0("{r <- rma(yi, vi, data=dat, method='", method, "', test='", test, "', ",
         if (method == "PM") "control=list(tol=1e-12, maxiter=10000)" else tight, "); ",
         "list(k=r$k, beta=r$beta, se=r$se, stat=r$zval, pval=r$pval, ci_lb=r$ci.lb, ci_ub=r$ci.ub, ",
         "tau2=r$tau2, I2=r$I2, H2=r$H2, QE=r$QE, QE_p=r$QEp, s2w=r$s2w, ",
         "ll_ML=r$fit.stats['ll','ML'], ll_REML=r$fit.stats['ll','REML'])}"),
  list(dat = sets[[name]]), 1e-6, list(method = method, test = test)
)
interval <- function(name) case(
  paste0("pi-REML-knha-", name),
  paste0("{r <- rma(yi, vi, data=dat, method='REML', test='knha', ", tight, "); p <- predict(r); ",
         "list(pred=p$pred, se=p$se, ci_lb=p$ci.lb, ci_ub=p$ci.ub, pi_lb=p$pi.lb, pi_ub=p$pi.ub)}"),
  list(dat = sets[[name]]), 1e-6
)
cases <- c()
for (name in names(sets)) {
  for (method in c("EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"))
    cases <- c(cases, fit(name, method, "z"))
  for (test in c("t", "knha", "adhoc")) cases <- c(cases, fit(name, "REML", test))
  cases <- c(cases, interval(name))
}

# Two maxima: rma() itself stops at the lower one, but tells the likelihood at any tau2, so that
# the higher one can be searched for in its own interval.
bimodal <- list(yi = c(8.269, -0.469, -0.145), vi = c(9.7236, 0.0227, 0.0014))
cases <- c(cases, case(
  "maxima-bimodal3",
  paste0("{ll <- function(t) as.numeric(logLik(rma(yi, vi, data=dat, method='REML', tau2=t))); ",
         "low <- optimize(ll, c(0.001, 1), maximum=TRUE, tol=1e-10); ",
         "r <- suppressWarnings(rma(yi, vi, data=dat, method='REML', ", tight, ")); ",
         "list(tau2=c(low$maximum, r$tau2), log_likelihood=c(low$objective, r$fit.stats['ll', 'REML']), ",
         "estimate=as.numeric(rma(yi, vi, data=dat, tau2=low$maximum)$beta))}"),
  list(dat = bimodal), 1e-5
))
write_cases(cases, "tests/oracle/r/two_level.json")
