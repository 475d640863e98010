# Diagnostics on small sets: Rscript tests/oracle/r/diagnostics.R (from the project's root).
suppressPackageStartupMessages(library(metafor))
source("tests/oracle/r/write_case.R")

plain <- list(yi = c(0.12, 0.85, -0.30, 0.44, 0.61, 0.05, 1.10, 0.33),
              vi = c(0.02, 0.05, 0.03, 0.01, 0.08, 0.015, 0.12, 0.04),
              dose = c(1, 4, 0, 2, 3, 2, 5, 1))
few <- list(yi = c(0.31, 0.74, -0.12, 0.55, 0.42), vi = c(0.03, 0.05, 0.02, 0.04, 0.09),
            arm = c(0, 1, 0, 1, 1))
nested <- list(
  yi = c(0.10, 0.32, 0.25, 0.91, 0.70, -0.20, -0.05, 0.11, 0.02, 0.45, 0.66, 0.38, 0.80),
  vi = c(0.006, 0.009, 0.015, 0.012, 0.018, 0.009, 0.006, 0.012, 0.015, 0.009, 0.006, 0.018, 0.012),
  school = c(1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6),
  effect = 1:13,
  weeks = c(4, 6, 8, 10, 12, 4, 4, 6, 8, 10, 6, 8, 12)
)
tight <- "control=list(threshold=1e-12, maxiter=10000)"
rma_call <- function(method, test, mods = "") paste0(
  "r <- rma(yi, vi, ", if (mods == "") "" else paste0("mods=~", mods, ", "),
  "data=dat, method='", method, "', test='", test, "', ", tight, "); "
)
residual_call <- paste0(
  "s <- rstandard(r); u <- rstudent(r); list(raw=as.numeric(resid(r)), rstandard=as.numeric(s$z), ",
  "rstandard_se=as.numeric(s$se), rstudent=as.numeric(u$z), rstudent_se=as.numeric(u$se), ",
  "deleted_resid=as.numeric(u$resid))"
)
influence_call <- paste0(
  "i <- influence(r); f <- unclass(i$inf); c(lapply(c(rstudent='rstudent', dffits='dffits', ",
  "cook.d='cook.d', cov.r='cov.r', tau2.del='tau2.del', QE.del='QE.del', hat='hat', ",
  "weight='weight'), function(z) f[[z]]), list(dfbs=as.numeric(as.matrix(i$dfbs)), ",
  "is.infl=as.numeric(i$is.infl)))"
)
blup_call <- paste0(
  "b <- blup(r); ra <- ranef(r); list(blup=b$pred, se=b$se, pi_lb=b$pi.lb, pi_ub=b$pi.ub, ",
  "ranef=ra$pred, ranef_se=ra$se)"
)
series_call <- function(what, test, method) paste0(
  "unclass(", what, "(r))[c('estimate', 'se', '", if (test == "z") "zval" else "tval", "', '",
  if (what == "cumul") "pvals" else "pval", "', 'ci.lb', 'ci.ub', 'Q', 'Qp'", if (method != "EE") ", 'tau2', 'I2', 'H2'", ")]"
)
wrapped <- function(...) paste0("{", ..., "}")

cases <- c()
for (method in c("REML", "DL", "EE")) for (test in c("z", "knha")) for (mods in c("", "dose")) {
  if (method == "EE" && test == "knha") next
  tail <- paste(c(method, test, if (mods != "") mods, "plain"), collapse = "-")
  model <- rma_call(method, test, mods)
  cases <- c(
    cases,
    case(paste0("resid-", tail), wrapped(model, residual_call), list(dat = plain), 1e-6),
    case(paste0("influence-", tail), wrapped(model, influence_call), list(dat = plain), 1e-6)
  )
  if (method != "EE")
    cases <- c(cases, case(paste0("blup-", tail), wrapped(model, blup_call), list(dat = plain), 1e-6))
  if (mods == "") cases <- c(
    cases,
    case(paste0("loo-", tail), wrapped(model, series_call("leave1out", test, method)), list(dat = plain), 1e-6),
    case(paste0("cumul-", tail), wrapped(model, series_call("cumul", test, method)), list(dat = plain), 1e-6)
  )
  cases <- c(cases, case(
    paste0("baujat-", tail),
    wrapped(model, "pdf(NULL); b <- baujat(r); dev.off(); list(x=b$x, y=b$y)"),
    list(dat = plain), 1e-6
  ))
}
for (test in c("z", "knha")) {
  cases <- c(
    cases,
    case(paste0("permutest-exact-", test, "-plain"),
         wrapped(rma_call("REML", test), "p <- permutest(r, exact=TRUE, progbar=FALSE); list(pval=as.numeric(p$pval))"),
         list(dat = plain), 1e-8),
    case(paste0("permutest-exact-mod-", test, "-few"),
         wrapped(rma_call("DL", test, "arm"),
                 "p <- permutest(r, exact=TRUE, progbar=FALSE); list(pval=as.numeric(p$pval), QMp=as.numeric(p$QMp))"),
         list(dat = few), 1e-8)
  )
}

# Dependent effects by cluster: variances by rma.mv, one refit for each cluster left out.
for (mods in c("", "weeks")) cases <- c(cases, case(
  paste(c("clusters-REML", if (mods != "") mods, "nested"), collapse = "-"),
  paste0(
    "{m <- rma.mv(yi, vi, ", if (mods == "") "" else paste0("mods=~", mods, ", "),
    "random=~1|school/effect, data=dat, method='REML', control=list(rel.tol=1e-10)); ",
    "u <- rstudent(m, cluster=dat$school); s <- rstandard(m, cluster=dat$school); ",
    "list(X2=s$cluster$X2, deleted_X2=u$cluster$X2, rstudent=as.numeric(u$obs$z), ",
    "cook.d=as.numeric(cooks.distance(m, cluster=dat$school)), ",
    "dfbs=as.numeric(as.matrix(dfbetas(m, cluster=dat$school))))}"
  ),
  list(dat = nested), 1e-4
))
write_cases(cases, "tests/oracle/r/diagnostics.json")
