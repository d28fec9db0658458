[assembly: Sentinel.EndToEnd.ParallelByCores]
[assembly: AssemblyFixture(typeof(Sentinel.TestRuns.Turn))]
[assembly: Sentinel.TestRuns.Progress]
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
