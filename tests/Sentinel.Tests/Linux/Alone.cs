namespace Sentinel.Tests.Linux;

/// <summary>Of tests that change what belongs to all of the process for a moment, its umask for one.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
