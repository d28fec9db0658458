namespace Sentinel.Model.Specs;

/// <summary>Who ran a process, and from where.</summary>
/// <param name="Ancestry">Whoever called sentinel, then who had started that, and so on up to PID 1, which is left out.</param>
/// <param name="Folder">The caller's working directory.</param>
/// <param name="At">When it was run.</param>
public sealed record Origin(IReadOnlyList<Ancestor> Ancestry, string Folder, DateTimeOffset At)
{
    /// <summary>How many ancestors are told.</summary>
    public const int MostAncestors = 16;
}

/// <param name="Pid">Which it had when the process was run; by now it may be another's.</param>
/// <param name="Program">What it was called.</param>
public sealed record Ancestor(int Pid, string Program)
{
    public override string ToString() => $"{Program} (pid {Pid})";
}
