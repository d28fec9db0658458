namespace Sentinel.Model.Specs;

/// <summary>Who ran a process, and from where.</summary>
/// <param name="Ancestry">The process that called sentinel, then that process's parent, and so on up to, but without, PID 1.</param>
/// <param name="Folder">The caller's working directory.</param>
/// <param name="At">When it was run.</param>
public sealed record Origin(IReadOnlyList<Ancestor> Ancestry, string Folder, DateTimeOffset At)
{
    /// <summary>The most ancestors that are recorded.</summary>
    public const int MostAncestors = 16;
}

/// <param name="Pid">Its pid when the process was run; by now it may belong to another process.</param>
/// <param name="Program">Its name at that time.</param>
public sealed record Ancestor(int Pid, string Program)
{
    public override string ToString() => $"{Program} (pid {Pid})";
}
