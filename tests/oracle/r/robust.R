# Cluster-robust inference on made-up numbers, with gaps: Rscript tests/oracle/r/robust.R (from the
# project's root).
suppressPackageStartupMessages({library(metafor); library(clubSandwich); library(robumeta)})
source("tests/oracle/r/write_case.R")
software <- paste0(software, ", clubSandwich ", packageVersion("clubSandwich"), ", robumeta ",
                   packageVersion("robumeta"))

trials <- list(
  school = c("b", "b", "b", "a", "a", "c", "d", "d", "d", "d", "e", "e", "f", "g", "g", "h", "i",
             "i", "j", "j"),
  test = 1:20,
  yi = c(0.31, 0.12, 0.25, 0.74, 0.51, -0.05, 0.22, 0.41, 0.38, 0.10, 0.65, 0.80, 0.02, 0.15, 0.33,
         0.47, -0.21, 0.08, 0.29, 0.55),
  vi = c(0.021, 0.034, 0.028, 0.055, 0.049, 0.012, 0.018, 0.026, 0.022, 0.031, 0.061, 0.073, 0.009,
         0.041, 0.038, 0.015, 0.027, 0.019, 0.036, 0.044),
  weeks = c(8, 8, 8, 12, 12, 5, 6, 6, 10, 10, NA, 14, 4, 9, 9, 11, 3, 3, 7, 13),
  subject = c("maths", "reading", "science", "maths", "reading", "maths", "maths", "reading",
              "science", "reading", "maths", "maths", "science", "reading", "maths", "science",
              "maths", "reading", "science", "maths")
)
fit <- function(mods, given = "vi") paste0(
  "r <- rma.mv(yi, ", given, ", mods=", mods, ", random=list(~1|school/test), data=dat, ",
  "control=list(rel.tol=1e-10)); "
)
tested <- paste0(
  "list(coef_names=names(coef(r)), beta=ct$beta, se=ct$SE, t=ct$tstat, df=ct$df_Satt, p=ct$p_Satt, ",
  "ci_lb=ci$CI_L, ci_ub=ci$CI_U, vcov=as.matrix(V))}"
)
models <- c(slope = "~ weeks", both = "~ subject + weeks",
            reference = "~ relevel(factor(subject), ref='science')")
cases <- c()
for (tag in names(models)) {
  mods <- models[[tag]]
  for (type in c("CR0", "CR1S", "CR2", "CR3")) cases <- c(cases, case(
    paste0("cs-", type, "-", tag),
    paste0("{", fit(mods), "V <- vcovCR(r, cluster=dat$school, type='", type, "'); ",
           "ct <- coef_test(r, vcov=V, test='Satterthwaite'); ",
           "ci <- conf_int(r, vcov=V, test='Satterthwaite'); ", tested),
    list(dat = trials), 1e-5
  ))
  for (kind in c("modelweights='CORR', rho=0.6, small=TRUE", "modelweights='HIER', small=TRUE",
                 "modelweights='CORR', rho=0.2, small=FALSE")) {
    own <- if (grepl("HIER", kind)) "omega2=as.numeric(r$mod_info$omega.sq)" else "I2=as.numeric(r$mod_info$I.2)"
    cases <- c(cases, case(
      paste0("robumeta-", substr(kind, 15, 18), if (grepl("FALSE", kind)) "-large-" else "-", tag),
      paste0("{r <- robu(yi ", mods, ", data=dat, studynum=school, var.eff.size=vi, ", kind, "); ",
             "t <- r$reg_table; list(beta=t$b.r, se=t$SE, t=t$t, df=t$dfs, p=t$prob, ci_lb=t$CI.L, ",
             "ci_ub=t$CI.U, tau2=as.numeric(r$mod_info$tau.sq), ", own, ")}"),
      list(dat = trials), 1e-8
    ))
  }
  cases <- c(cases, case(
    paste0("che-CR2-", tag),
    paste0("{V <- vcalc(vi, cluster=school, obs=test, rho=0.4, data=dat); ", fit(mods, "V"),
           "b <- robust(r, cluster=dat$school, clubSandwich=TRUE); list(beta=as.numeric(b$beta), ",
           "se=b$se, df=b$dfs, p=b$pval, sigma2=r$sigma2, F=b$QM, Fdf=b$QMdf, Fp=b$QMp)}"),
    list(dat = trials), 1e-5
  ))
}
for (test in c("HTZ", "HTA", "HTB", "EDF", "EDT", "chi-sq", "Naive-F", "Naive-Fp")) {
  cases <- c(cases, case(
    paste0("wald-", test),
    paste0("{", fit("~ subject + weeks"), "w <- Wald_test(r, constraints=constrain_zero(2:3), ",
           "vcov=vcovCR(r, cluster=dat$school, type='CR2'), test='", test, "'); ",
           "list(Fstat=w$Fstat, df_num=w$df_num, df_denom=w$df_denom, p=w$p_val)}"),
    list(dat = trials), 1e-6
  ))
}
write_cases(cases, "tests/oracle/r/robust.json")
