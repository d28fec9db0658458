namespace Sentinel.Commands;

/// <summary>What a command's exit code means; also in the help text and the README.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>All or part of it could not be done.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>For <c>wait</c>: it took too long; the code that timeout(1) uses.</summary>
    public const int TimedOut = 124;

    /// <summary>For <c>wait</c>: the process was killed by a signal; the code that shells use.</summary>
    public static int KilledBy(int signal) => 128 + signal;
}
