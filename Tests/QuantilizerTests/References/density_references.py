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
for n,x,v in R: print(n,'|',x,'|',v)
