using System.Runtime.InteropServices;

namespace Sentinel.Linux.Native;

/// <summary>A system call failed; the message names the call, what it was about, and the reason in words.</summary>
public sealed class SystemCallException : IOException
{
    private SystemCallException(string call, string about, int error)
        : base($"cannot {call} {about}: {Reason(error)}") => Error = error;

    /// <summary>The errno.</summary>
    public int Error { get; }

    public static string Reason(int error) => error == LibC.EFBIG
        ? "it would be larger than a file may be here (ulimit -f)"
        : Marshal.GetPInvokeErrorMessage(error);

    /// <summary>The failure of the call that this thread has just made.</summary>
    internal static SystemCallException Last(string call, string about) => new(call, about, Marshal.GetLastPInvokeError());
}
