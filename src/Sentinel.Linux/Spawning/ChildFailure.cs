using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>What a child does between its creation and the program's first instruction.</summary>
internal enum ChildStep
{
    Make,
    Join,
    Redirect,
    Prepare,
    ChangeDirectory,
    Execute,
}

/// <param name="Error">0: it was killed at birth.</param>
/// <param name="What">What was being prepared.</param>
internal readonly record struct ChildFailure(ChildStep Step, int Error, string What = "")
{
    private string Reason => Error == 0 ? "it was killed at once" : SystemCallException.Reason(Error);

    public string ToString(string program, string workingDirectory) => Step switch
    {
        ChildStep.Join => $"cannot make a process in its control group: {Reason}",
        ChildStep.Prepare => $"cannot {What}: {Reason}",
        ChildStep.ChangeDirectory => $"cannot enter {workingDirectory}: {Reason}",
        ChildStep.Execute => $"cannot execute {program}: {Reason}",
        _ => $"cannot make a process: {Reason}",
    };
}
