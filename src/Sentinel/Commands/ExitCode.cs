using Sentinel.Model.Processes;

namespace Sentinel.Commands;

/// <summary>What a command's exit code means; also in the help text and the README.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>All or part of it could not be done.</summary>
    public const int Failure = 1;

    /// <summary>The command line, or the file of a project, is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>For <c>plan --exit-code</c>: something would be changed.</summary>
    public const int Changes = 3;

    /// <summary>For <c>import</c>, <c>export</c> and <c>image</c>: done, but for something that was told.</summary>
    public const int Partly = 3;

    /// <summary>For <c>wait</c> and <c>up</c>: it took too long; the code that timeout(1) uses.</summary>
    public const int TimedOut = 124;

    /// <summary>That of a command that ends as a process has: its code or, if a signal killed it, the one that shells use. Null: nobody knows.</summary>
    public static int? Of(Exit? how) => how switch
    {
        Exit.Code code => code.Value,
        Exit.Signal signal => 128 + signal.Number,
        _ => null,
    };
}
