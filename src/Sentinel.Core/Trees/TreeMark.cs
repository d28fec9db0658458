using System.IO.Hashing;
using System.Text;

namespace Sentinel.Core.Trees;

/// <summary>
/// A number by which a tree is known that has neither its cookie in the environment nor a control group: a soft limit of real time on the
/// CPU (RLIMIT_RTTIME) that is so high that it limits nothing. Every process inherits it, whatever it executes, and nobody changes it by
/// accident.
/// </summary>
public static class TreeMark
{
    private const int HashBits = 61;

    /// <summary>The least of them, in microseconds: 146,000 years.</summary>
    public const ulong Least = 2UL << HashBits;

    public static ulong Of(string cookie) =>
        Least | (ulong)(XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(cookie)) >> (128 - HashBits));

    /// <summary>Whether a limit is a mark, and not one that somebody set.</summary>
    public static bool IsOne(ulong limit) => limit >> HashBits == Least >> HashBits;
}
