using System.Reflection;
using Xunit.v3;

namespace Sentinel.TestRuns;

/// <summary>Counts the tests that are done.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class ProgressAttribute : BeforeAfterTestAttribute
{
    private static int _done;

    public static int Done => Volatile.Read(ref _done);

    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Interlocked.Increment(ref _done);
}
