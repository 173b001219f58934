#import <Foundation/Foundation.h>

@class Line;

@interface Cart : NSObject
@property (nonatomic, copy) NSString *name;
- (void)addLine:(Line *)line;
@end
