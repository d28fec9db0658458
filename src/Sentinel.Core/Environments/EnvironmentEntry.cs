using System.Text;
using Sentinel.Api;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Environments;

/// <summary>A variable as a process gets it.</summary>
/// <param name="Bytes"><c>NAME=value</c>; exact, because neither need be text.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record EnvironmentEntry(ReadOnlyMemory<byte> Bytes, EnvironmentSource Source)
{
    public string Name => NativeText.Of(Bytes.Span[..NameLength]);

    /// <summary>Exact, as <see cref="NativeText"/> represents it.</summary>
    public string Value => NameLength < Bytes.Length ? NativeText.Of(Bytes.Span[(NameLength + 1)..]) : "";

    private int NameLength => Bytes.Span.IndexOf((byte)'=') is >= 0 and var end ? end : Bytes.Length;

    /// <summary>An exact stand-in for the name of an entry.</summary>
    internal static string KeyOf(ReadOnlySpan<byte> entry) =>
        Encoding.Latin1.GetString(entry.IndexOf((byte)'=') is >= 0 and var end ? entry[..end] : entry);
}
