// Most of a test is waiting for other processes.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 6)]
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
