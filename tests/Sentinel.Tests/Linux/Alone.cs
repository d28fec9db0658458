namespace Sentinel.Tests.Linux;

/// <summary>
/// Of tests that change what belongs to all of the process for a moment, its umask for one; and of those that make processes: in
/// the moment of that no other thread may begin to collect garbage, or the child would wait for the end of it for ever.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
