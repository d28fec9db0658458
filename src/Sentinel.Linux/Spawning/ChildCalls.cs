using System.Runtime.InteropServices;

namespace Sentinel.Linux.Spawning;

/// <summary>C functions by their addresses, called directly.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ChildCalls
{
    public static readonly Lazy<ChildCalls> Found = new(Find);

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint> SystemCall;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int*> Errno;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int> SetSession;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int> ProcessId;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int, byte*, byte*, int> SignalMask;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int, byte*, byte*, int> SignalAction;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int, int> Duplicate;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int> Close;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<uint, uint> Umask;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int> ChangeDirectory;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte**, byte**, int> Execute;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<int, void> Exit;

    private static ChildCalls Find()
    {
        var libc = NativeLibrary.GetMainProgramHandle();
        return new ChildCalls
        {
            SystemCall = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint>)Of("syscall"),
            Errno = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int*>)Of("__errno_location"),
            SetSession = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int>)Of("setsid"),
            ProcessId = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int>)Of("getpid"),
            SignalMask = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, byte*, byte*, int>)Of("pthread_sigmask"),
            SignalAction = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, byte*, byte*, int>)Of("sigaction"),
            Duplicate = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int, int>)Of("dup2"),
            Close = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int>)Of("close"),
            Umask = (delegate* unmanaged[Cdecl, SuppressGCTransition]<uint, uint>)Of("umask"),
            ChangeDirectory = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int>)Of("chdir"),
            Execute = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte**, byte**, int>)Of("execve"),
            Exit = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, void>)Of("_exit"),
        };

        nint Of(string function) => NativeLibrary.GetExport(libc, function);
    }
}
