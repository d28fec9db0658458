[assembly: AssemblyFixture(typeof(Sentinel.TestRuns.Turn))]
[assembly: Sentinel.TestRuns.Progress]
