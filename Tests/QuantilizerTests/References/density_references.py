# SPDX-License-Identifier: Apache-2.0
"""Logarithms of densities at 40 digits, for the tests of their accuracy.

    python3 density_references.py > densities.txt

Needs mpmath only.
"""
from mpmath import *
mp.dps=40
R=[]
def add(node,x,v): R.append((node,x,v))
def ln(v): return nstr(log(v),20)
for a,s,xs in [(mpf('0.05'),1,['1e-9','0.3','9']),(mpf('2.5'),2,['0.01','3','80']),(mpf('1e9'),1,['999900000','1000100000'])]:
    for x in xs:
        X=mpf(x); add(f'gamma shape={nstr(a,5)} scale={s}',x,nstr((a-1)*log(X/s)-X/s-loggamma(a)-log(s),20))
for a,b,xs in [('0.5','0.5',['1e-12','0.3']),('2','3',['0.25','0.999']),('1e6','2e6',['0.3333','0.334'])]:
    A,B=mpf(a),mpf(b)
    for x in xs:
        X=mpf(x); add(f'beta a={a} b={b}',x,nstr((A-1)*log(X)+(B-1)*log(1-X)-(loggamma(A)+loggamma(B)-loggamma(A+B)),20))
for nu,xs in [('0.1',['0.5','1e170']),('3',['-2','40']),('1e12',['0.5','-6'])]:
    n=mpf(nu)
    for x in xs:
        t=(mpf(x)-1)/2
        add(f'student-t df={nu} location=1 scale=2',x,nstr(loggamma((n+1)/2)-loggamma(n/2)-log(n*pi)/2-log(2)-(n+1)/2*log1p(t*t/n),20))
for x in ['-3','1e200']:
    t=mpf(x)/2; add('cauchy scale=2',x,nstr(-log(2*pi)-log1p(t*t),20))
for x in ['2','77']: add('pareto shape=1.5 scale=2',x,nstr(log(mpf('1.5'))+mpf('1.5')*log(2)-mpf('2.5')*log(mpf(x)),20))
for x in ['-4','0.3','50']:
    z=(mpf(x)-1)/2; add('gumbel location=1 scale=2',x,nstr(-z-exp(-z)-log(2),20))
for x in ['1e-6','2.5','30']:
    z=mpf(x)/2; k=mpf('0.7'); add('weibull shape=0.7 scale=2',x,nstr(log(k/2)+(k-1)*log(z)-z**k,20))
for x in ['0.001','1','55']:
    l=log(mpf(x)); add('lognormal mu=0.5 sigma=2',x,nstr(-((l-mpf('0.5'))/2)**2/2-l-log(2)-log(2*pi)/2,20))
for x in ['-9','0.25']: add('normal mean=1 sd=3',x,nstr(-((mpf(x)-1)/3)**2/2-log(3)-log(2*pi)/2,20))
for x in ['0','2.5']: add('exponential rate=3',x,nstr(log(3)-3*mpf(x),20))
add('uniform lower=-1 upper=3','0.5',nstr(-log(4),20))
for x in ['0','4','19']:
    k=int(x); add('poisson mean=4',x,nstr(k*log(4)-4-loggamma(k+1),20))
for x in ['0','3','10']:
    k=int(x); add('binomial trials=10 probability=0.5',x,nstr(log(binomial(10,k))-10*log(2),20))
# Laws by their formulas in the files of the bases; the references stand there.
def show(node,xs,f):
    for x in xs: add(node,x,nstr(f(mpf(x)),20))
show('laplace location=1 scale=2',['-30','1','2.5'],lambda x:-abs(x-1)/2-log(4))
def logistic(z): return -abs(z)-2*log1p(exp(-abs(z)))
show('logistic location=1 scale=2',['-300','1','2.5'],lambda x:logistic((x-1)/2)-log(2))
show('log-logistic shape=3 scale=2',['1e-9','2','1e30'],lambda x:log(3)-log(x)+logistic(3*log(x/2)))
show('triangular lower=1 mode=2 upper=5',['1.001','2'],lambda x:log((x-1)/2))
show('triangular lower=1 mode=2 upper=5',['4.999'],lambda x:log((5-x)/6))
for xi in ['0.2','-0.5','1e-9']:
    show(f'generalized-pareto shape={xi} scale=2',['0','0.3','3.9'],lambda x:-(1/mpf(xi)+1)*log1p(mpf(xi)*x/2)-log(2))
def gev(xi,z):
    y=log1p(xi*z)/xi
    return -y*(1+xi)-exp(-y)-log(2)
for xi in ['0.2','-0.5','1e-9']:
    show(f'generalized-extreme-value shape={xi} location=1 scale=2',['-3','1.5','4.5'],lambda x:gev(mpf(xi),(x-1)/2))
show('rayleigh scale=2',['1e-9','2','40'],lambda x:log(x)-2*log(2)-x*x/8)
for df in ['0.3','4','1e6']:
    h=mpf(df)/2
    show(f'chi-squared df={df}',['0.01','1003000'],lambda x:(h-1)*log(x)-x/2-h*log(2)-loggamma(h))
show('inverse-gamma shape=3 scale=2',['0.01','1','1e20'],lambda x:3*log(2)-loggamma(3)-4*log(x)-2/x)
show('half-normal scale=2',['0','3','40'],lambda x:log(2)-log(2*pi)/2-log(2)-x*x/8)
for m,l in [('2','3'),('1','1e-3'),('1','1e8')]:
    M,L=mpf(m),mpf(l)
    show(f'inverse-gaussian mean={m} shape={l}',['0.9999','1.5'],lambda x:(log(L/(2*pi))-3*log(x))/2-L*(x-M)**2/(2*M*M*x))
add('discrete-uniform lower=1 upper=6','6',nstr(-log(6),20))
show('geometric probability=0.25',['1','40'],lambda k:(k-1)*log(mpf('0.75'))+log(mpf('0.25')))
for r,pr in [('3','0.25'),('0.5','0.125')]:
    show(f'negative-binomial successes={r} probability={pr}',['0','20'],lambda k:loggamma(k+mpf(r))-loggamma(k+1)-loggamma(mpf(r))+mpf(r)*log(mpf(pr))+k*log(1-mpf(pr)))
show('hypergeometric population=50 successes=5 draws=10',['0','5'],lambda k:log(binomial(5,k)*binomial(45,10-k)/binomial(50,10)))
for n,x,v in R: print(n,'|',x,'|',v)
