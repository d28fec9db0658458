using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sentinel.TestRuns;

/// <summary>
/// Where `dotnet test` writes to. It keeps to itself what a test project prints, and tells of progress on a terminal only: whoever
/// reads it through a pipe or from a file would see nothing for minutes.
/// </summary>
internal sealed partial class CallersOutput : IDisposable
{
    // The same on every architecture.
    private const int OpenPidFd = 434, GetFd = 438;

    private readonly SafeFileHandle _output;

    private CallersOutput(SafeFileHandle output) => _output = output;

    /// <summary>Null where nothing need be told, or nothing can.</summary>
    public static CallersOutput? Find()
    {
        // What the platform passes to what it starts; somebody who starts the project itself sees its output.
        if (!Environment.GetCommandLineArgs().Contains("--server"))
            return null;
        var caller = getppid();
        var output = $"/proc/{caller}/fd/1";
        try
        {
            var kind = new FileInfo(output).LinkTarget;
            // A terminal, or nowhere.
            if (kind is null || kind.StartsWith("/dev/", StringComparison.Ordinal))
                return null;
            using var process = new SafeFileHandle(syscall(OpenPidFd, caller, 0, 0), ownsHandle: true);
            var shared = process.IsInvalid ? -1 : syscall(GetFd, process.DangerousGetHandle(), 1, 0);
            if (shared >= 0)
                return new CallersOutput(new SafeFileHandle(shared, ownsHandle: true));
            // Without the right to share it, a pipe can be opened; a file would have a position of its own then.
            return kind.StartsWith("pipe:", StringComparison.Ordinal)
                ? new CallersOutput(File.OpenHandle(output, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string text)
    {
        // At the place where the caller goes on, which a stream would not.
        var bytes = Encoding.UTF8.GetBytes(text);
        _ = write(_output, bytes, bytes.Length);
    }

    public void Dispose() => _output.Dispose();

    [LibraryImport("libc")]
    private static partial int getppid();

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint first, nint second, nint third);

    [LibraryImport("libc")]
    private static partial nint write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);
}
