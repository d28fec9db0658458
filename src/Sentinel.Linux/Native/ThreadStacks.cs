using System.Runtime.InteropServices;

namespace Sentinel.Linux.Native;

/// <summary>
/// The stack size of threads that do not ask for one. The C library gives each as much as RLIMIT_STACK allows, 8 MiB, which a low
/// RLIMIT_DATA refuses; the runtime makes one such thread to wait for signals.
/// </summary>
public static unsafe class ThreadStacks
{
    private const nint Bytes = 512 * 1024;

    // Larger than any pthread_attr_t.
    private const int AttributeBytes = 512;

    /// <summary>For all threads made from now on; if the C library has no such call, the size stays as it is.</summary>
    public static void KeepSmall()
    {
        var libc = NativeLibrary.GetMainProgramHandle();
        if (!NativeLibrary.TryGetExport(libc, "pthread_attr_init", out var initialise)
            || !NativeLibrary.TryGetExport(libc, "pthread_attr_setstacksize", out var setSize)
            || !NativeLibrary.TryGetExport(libc, "pthread_setattr_default_np", out var setDefault))
            return;
        var attributes = stackalloc byte[AttributeBytes];
        if (((delegate* unmanaged[Cdecl]<byte*, int>)initialise)(attributes) == 0
            && ((delegate* unmanaged[Cdecl]<byte*, nint, int>)setSize)(attributes, Bytes) == 0)
            _ = ((delegate* unmanaged[Cdecl]<byte*, int>)setDefault)(attributes);
    }
}
