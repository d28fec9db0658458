using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Native;

/// <summary>Hands a path to the C library byte for byte; see <see cref="NativeText"/>.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(NativeTextMarshaller))]
internal static unsafe class NativeTextMarshaller
{
    public static byte* ConvertToUnmanaged(string text)
    {
        var bytes = NativeText.Bytes(text);
        var copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        copy[bytes.Length] = 0;
        return copy;
    }

    public static void Free(byte* text) => NativeMemory.Free(text);
}
