import msgspec
from hypothesis import given, settings, HealthCheck
from segdsl.engines import prepare
from segdsl.engines.compiled import Compiled
import segdsl
from segdsl.host.engine import Engine
from segdsl.values.instants import DAY, LATEST
from tests.strategies.programs import programs
from tests.strategies.timed_programs import timed_programs, compiles
from tests.strategies.streams import streams, START
from segdsl.state.life import encode_state

class Both:
    def __init__(self, plan):
        self.plan=plan; self.r=prepare(plan,"reference"); self.c=prepare(plan,"compiled")
    def _cmp(self, name, one, two):
        a=msgspec.to_builtins(one); b=msgspec.to_builtins(two)
        if a!=b:
            diff=[]
            for k in a:
                if a[k]!=b[k]:
                    if isinstance(a[k],dict):
                        for kk in a[k]:
                            if a[k][kk]!=b[k].get(kk): diff.append((k,kk,a[k][kk],b[k].get(kk)))
                        for kk in b[k]:
                            if kk not in a[k]: diff.append((k,kk,None,b[k][kk]))
                    else: diff.append((k,a[k],b[k]))
            raise AssertionError((name, diff))
    def step(self, s, e):
        before=encode_state(s) if s is not None else b""
        one=self.r.step(s,e); two=self.c.step(s,e)
        self._cmp("step",one,two)
        assert s is None or before==encode_state(s)
        return two
    def settle(self, s, u):
        one=self.r.settle(s,u); two=self.c.settle(s,u); self._cmp("settle",one,two); return two
    def fresh(self,c,i):
        one=self.r.fresh(c,i); two=self.c.fresh(c,i); self._cmp("fresh",one,two); return two
    def __getattr__(self,n): return getattr(self.c,n)

def run(program, stream):
    with Engine(segdsl.loads(program.text()), clock=lambda: LATEST-DAY) as e:
        e.prepared=Both(e.plan); e.lives.prepared=e.prepared
        for s in range(0,len(stream),3): e.process(stream[s:s+3])
        e.advance(START+400*DAY)

S=dict(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@settings(**S)
@given(programs(), streams())
def test_programs(program, stream): run(program, stream)
@settings(**S)
@given(timed_programs().filter(compiles), streams())
def test_timed(program, stream): run(program, stream)
